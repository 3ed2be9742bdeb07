package dev.helix.openwebui;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.KeyboardModifier;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Somebody who sits before Open WebUI's page: a browser of their own, signed in. Methods do what a
 * hand does and return when it is done, not when it is answered. Not thread-safe.
 */
final class Person implements AutoCloseable {
  private static final Pattern CHAT = Pattern.compile("/c/([0-9a-f-]{36})$");

  private final BrowserContext browser;
  private final Page page;
  private final URI site;
  private final String token;

  private Person(BrowserContext browser, Page page, URI site, String token) {
    this.browser = browser;
    this.page = page;
    this.site = site;
    this.token = token;
  }

  /** Opens a browser and signs in by the page's form; the token is for the API alone. */
  static Person signIn(Browser chromium, URI site, String email, String password, String token) {
    BrowserContext browser =
        chromium.newContext(
            new Browser.NewContextOptions().setViewportSize(1280, 800).setLocale("en-US"));
    Page page = browser.newPage();
    page.setDefaultTimeout(30_000);
    Locator news = page.getByText("Okay, Let's Go!");
    page.addLocatorHandler(news, Locator::click);
    page.navigate(site.resolve("/auth").toString());
    page.fill("input[type=email]", email);
    page.fill("input[type=password]", password);
    page.click("button[type=submit]");
    page.waitForSelector("#chat-input");
    return new Person(browser, page, site, token);
  }

  String token() {
    return token;
  }

  void openChat(String id) {
    page.navigate(site.resolve("/c/" + id).toString());
    page.locator(".user-message").last().waitFor();
  }

  /** The id of the chat that is shown, from the address. */
  String chat() {
    page.waitForURL(CHAT);
    var found = CHAT.matcher(page.url());
    if (!found.find()) {
      throw new AssertionError("no chat at " + page.url());
    }
    return found.group(1);
  }

  /** Begins a new chat with these models side by side; which were chosen last does not matter. */
  void newChat(String... models) {
    newChatAt("/?models=" + String.join(",", models), models);
  }

  /** As the other, with a tool chosen for all models. */
  void newChatWith(String tool, String... models) {
    newChatAt("/?models=" + String.join(",", models) + "&tools=" + tool, models);
  }

  private void newChatAt(String path, String... models) {
    page.navigate(site.resolve(path).toString());
    page.waitForSelector("#chat-input");
    for (String model : models) {
      page.locator("button[aria-label*='" + model + "']").first().waitFor();
    }
  }

  void ask(String text) {
    page.click("#chat-input");
    page.keyboard().insertText(text);
    page.click("#send-message-button");
  }

  void regenerate() {
    page.locator("button[aria-label='Regenerate']").last().click();
    page.getByText("Try Again", new Page.GetByTextOptions().setExact(true)).click();
  }

  void regenerateWith(String suggestion) {
    page.locator("button[aria-label='Regenerate']").last().click();
    page.fill("#floating-message-input", suggestion);
    page.click("button[aria-label='Submit suggestion']");
  }

  void editFirstQuestion(String text) {
    editQuestion(0, text);
    page.click("#confirm-edit-message-button");
  }

  /** Gives a question other words, without asking it. */
  void rewordQuestion(int which, String text) {
    editQuestion(which, text);
    saved(() -> page.click("#save-edit-message-button"));
  }

  private void editQuestion(int which, String text) {
    Locator question = page.locator(".user-message").nth(which);
    question.hover();
    question.locator("button[aria-label='Edit']").click();
    page.locator("textarea[id^='message-edit-']").fill(text);
  }

  /** Gives an answer other words. */
  void rewordAnswer(int which, String text) {
    Locator answer = page.locator("[id^='message-']:has(.chat-assistant)").nth(which);
    answer.hover();
    answer.locator("button[aria-label='Edit']").click();
    page.locator("div:has(> div #save-new-message-button) textarea").first().fill(text);
    saved(() -> page.click("#confirm-edit-message-button"));
  }

  /** Deletes a question, and with it its answer. */
  void deleteQuestion(int which) {
    Locator question = page.locator(".user-message").nth(which);
    question.hover();
    saved(
        () ->
            question
                .locator("button[aria-label='Delete']")
                .click(new Locator.ClickOptions().setModifiers(List.of(KeyboardModifier.SHIFT))));
  }

  /** Does what makes the page save the chat, and waits until it has. */
  private void saved(Runnable action) {
    page.waitForResponse(
        response ->
            !response.request().method().equals("GET")
                && response.url().startsWith(site.resolve("/api/v1/chats/").toString()),
        action);
  }

  void mergeAnswers() {
    page.locator("button[aria-label='Merge Responses']").click();
  }

  void continueAnswer() {
    page.locator("#continue-response-button").last().click();
  }

  /** Stops the answer once this much of it can be read; an empty text is read at once. */
  void stopAfter(String text) {
    if (!text.isEmpty()) {
      page.getByText(text).last().waitFor();
    }
    page.locator("button[aria-label='Stop']").last().click();
  }

  void beTemporary() {
    page.click("#temporary-chat-button");
    page.waitForURL(Pattern.compile("temporary-chat=true"));
  }

  void saveTemporary() {
    page.click("#save-temporary-chat-button");
  }

  void attach(Path file) {
    page.locator("input[type=file]").first().setInputFiles(file);
    page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(file.getFileName() + ""))
        .first()
        .waitFor();
  }

  /** Puts an image beside what is asked next. */
  void attachImage(Path file) {
    page.locator("input[type=file]").first().setInputFiles(file);
    page.locator("#message-input-container img").first().waitFor();
  }

  /** Waits until that text can be read. */
  void sees(String text) {
    page.getByText(text).last().waitFor();
  }

  /** Waits until that text can be read in the chat, and not twice; what pops up is besides. */
  void seesOnce(String text) {
    sees(text);
    int seen = page.locator("#messages-container").getByText(text).count();
    if (seen != 1) {
      throw new AssertionError(text + " can be read " + seen + " times");
    }
  }

  /**
   * Waits until Open WebUI has nothing more to do for a chat: answers, titles, tags, follow-ups.
   */
  void awaitIdle(String chat) {
    page.waitForFunction(
        """
        async ([chat, token]) => {
          const response = await fetch('/api/tasks/chat/' + encodeURIComponent(chat),
              {headers: {Authorization: 'Bearer ' + token}});
          return response.ok && (await response.json()).task_ids.length === 0;
        }\
        """,
        List.of(chat, token),
        new Page.WaitForFunctionOptions().setPollingInterval(100));
    page.locator("button[aria-label='Stop']")
        .first()
        .waitFor(
            new Locator.WaitForOptions()
                .setState(com.microsoft.playwright.options.WaitForSelectorState.HIDDEN));
  }

  /** Writes what is on the screen to a file. */
  void photograph(Path file) {
    page.mouse().move(640, 790);
    page.screenshot(new Page.ScreenshotOptions().setPath(file));
  }

  @Override
  public void close() {
    browser.close();
  }
}
