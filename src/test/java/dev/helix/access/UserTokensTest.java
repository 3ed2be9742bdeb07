package dev.helix.access;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.helix.filter.MovedClock;
import dev.helix.reliability.CountedTests;
import dev.helix.scripted.UserToken;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.time.Duration;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(CountedTests.class)
class UserTokensTest {
  private static final String SECRET = "0123456789abcdef0123456789abcdeü";

  private final MovedClock clock = new MovedClock();
  private final UserTokens tokens = new UserTokens(SECRET, Duration.ofSeconds(30), clock);

  private ObjectNode claims() {
    return UserToken.claims("ann", clock.instant());
  }

  private void assertRefused(String token) {
    assertEquals(Optional.empty(), tokens.user(token), token);
  }

  @Test
  void tokenOfOpenWebUi_namesItsUser() {
    String token = UserToken.of("ann", SECRET, clock.instant());
    assertEquals(Optional.of("ann"), tokens.user(token));
    clock.move(Duration.ofMinutes(5));
    assertEquals(Optional.of("ann"), tokens.user(token), "within the leeway");
  }

  @ParameterizedTest
  @CsvSource({"-31,true", "-30,true", "-29,false", "-1,false", "0,false", "10,false"})
  void end_mayBePassedByTheLeeway_andNoMore(int left, boolean refused) {
    ObjectNode claims = claims().put("exp", clock.instant().getEpochSecond() + left);
    Optional<String> user = tokens.user(UserToken.signed("HS256", claims, SECRET));
    assertEquals(refused, user.isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"iat,30,false", "iat,31,true", "nbf,30,false", "nbf,31,true"})
  void beginning_mayLieAheadByTheLeeway_andNoMore(String claim, int ahead, boolean refused) {
    ObjectNode claims = claims().put(claim, clock.instant().getEpochSecond() + ahead);
    Optional<String> user = tokens.user(UserToken.signed("HS256", claims, SECRET));
    assertEquals(refused, user.isEmpty());
  }

  @Test
  void tokenSignedWithAnotherSecret_orChangedAfterwards_isRefused() {
    assertRefused(UserToken.of("ann", SECRET.replace('0', 'O'), clock.instant()));
    String token = UserToken.of("ann", SECRET, clock.instant());
    String signature = token.substring(token.lastIndexOf('.'));
    String forged = UserToken.unsigned("HS256", UserToken.claims("bob", clock.instant()));
    assertRefused(forged + signature);
    assertRefused(token.substring(0, token.length() - 2));
    assertRefused(token.substring(0, token.lastIndexOf('.') + 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "None", "NONE", "nOnE", ""})
  void tokenWithoutASignature_isRefused(String algorithm) {
    String content = UserToken.unsigned(algorithm, claims());
    assertRefused(content + ".");
    assertRefused(content);
    assertRefused(UserToken.signed(algorithm, claims(), SECRET));
  }

  @ParameterizedTest
  @ValueSource(strings = {"RS256", "ES256", "PS256", "HS384", "HS512", "hs256", "HmacSHA256"})
  void anotherAlgorithmsName_isRefused_alsoWhenTheSecretSignedIt(String algorithm) {
    assertRefused(UserToken.signed(algorithm, claims(), SECRET));
  }

  @Test
  void longerHashes_areRefused() {
    assertRefused(UserToken.signed("HmacSHA512", "HS512", claims(), SECRET));
    assertRefused(UserToken.signed("HmacSHA384", "HS384", claims(), SECRET));
  }

  @Test
  void tokenSignedWithACallersOwnRsaKey_isRefused() throws Exception {
    KeyPair keys = KeyPairGenerator.getInstance("RSA").generateKeyPair();
    String content = UserToken.unsigned("RS256", claims());
    Signature signer = Signature.getInstance("SHA256withRSA");
    signer.initSign(keys.getPrivate());
    signer.update(content.getBytes(UTF_8));
    assertRefused(content + "." + UserToken.base64(signer.sign()));
  }

  @ParameterizedTest
  @ValueSource(strings = {"iss", "exp", "sub"})
  void missingOrNullClaim_isRefused(String claim) {
    ObjectNode claims = claims();
    claims.remove(claim);
    assertRefused(UserToken.signed("HS256", claims, SECRET));
    claims.putNull(claim);
    assertRefused(UserToken.signed("HS256", claims, SECRET));
  }

  @Test
  void claimsOfAnotherKind_areRefused() {
    assertRefused(UserToken.signed("HS256", claims().put("iss", "Open-WebUI"), SECRET));
    assertRefused(UserToken.signed("HS256", claims().put("iss", 1), SECRET));
    assertRefused(UserToken.signed("HS256", claims().put("exp", "tomorrow"), SECRET));
    assertRefused(UserToken.signed("HS256", claims().put("exp", true), SECRET));
    assertRefused(UserToken.signed("HS256", claims().put("exp", -1), SECRET));
    assertRefused(UserToken.signed("HS256", claims().put("sub", 7), SECRET));
    ObjectNode list = claims();
    list.putArray("sub").add("ann");
    assertRefused(UserToken.signed("HS256", list, SECRET));
    ObjectNode issuers = claims();
    issuers.putArray("iss").add("open-webui");
    assertRefused(UserToken.signed("HS256", issuers, SECRET));
  }

  @Test
  void subjectThatIsNoName_isRefused() {
    for (String user : new String[] {"", "a\nb", "a\0", "\u0085", "x".repeat(513)}) {
      assertRefused(UserToken.of(user, SECRET, clock.instant()));
    }
    String longest = "🦊".repeat(512);
    assertEquals(Optional.of(longest), tokens.user(UserToken.of(longest, SECRET, clock.instant())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x",
        ".",
        "..",
        "...",
        "a.b.c",
        "a.b.c.d",
        "bnVsbA.bnVsbA.",
        "W10.W10.x",
        "e30.e30.e30",
        "e30.W10.",
        "Bearer x",
        "%00.%00.%00",
        "eyJhbGciOiJIUzI1NiJ9.bnVsbA.x"
      })
  void whatIsNoToken_isRefused(String text) {
    assertRefused(text);
  }

  /** A token of exactly this header and these claims, signed. */
  private static String signed(String header, byte[] claims) throws Exception {
    String content = UserToken.base64(header.getBytes(UTF_8)) + "." + UserToken.base64(claims);
    Mac signer = Mac.getInstance("HmacSHA256");
    signer.init(new SecretKeySpec(SECRET.getBytes(UTF_8), "HmacSHA256"));
    return content + "." + UserToken.base64(signer.doFinal(content.getBytes(UTF_8)));
  }

  private static final String HEADER = "{\"alg\":\"HS256\",\"typ\":\"JWT\"}";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "9223372036854775807",
        "9223372036854775806",
        "-9223372036854775808",
        "9223372036854775808",
        "9223372036854776",
        "31556889864403199",
        "31556889864403200",
        "1e400",
        "1e18"
      })
  void endAtTheEdgeOfALong_isRefused(String end) throws Exception {
    String claims = claims().toString().replaceFirst("\"exp\":\\d+", "\"exp\":" + end);
    assertRefused(signed(HEADER, claims.getBytes(UTF_8)));
    for (String claim : new String[] {"iat", "nbf"}) {
      String other = claims().toString().replaceFirst("\"iat\":\\d+", "\"" + claim + "\":" + end);
      if (!end.startsWith("-")) {
        assertRefused(signed(HEADER, other.getBytes(UTF_8)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}",
        "{\"alg\":\"HS256\",\"crit\":[\"x\"],\"x\":1}",
        "{\"alg\":\"HS256\",\"crit\":[]}",
        "{\"alg\":\"HS256\",\"crit\":null}",
        "{\"alg\":\"none\",\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"typ\":\"JWT\"}",
        "{\"alg\":\"HS256\"} {}",
        "{\"alg\":\"HS256\"}x"
      })
  void headerThatTwoReadersCouldReadOtherwise_isRefused(String header) throws Exception {
    assertRefused(signed(header, claims().toString().getBytes(UTF_8)));
  }

  @Test
  void claimsThatTwoReadersCouldReadOtherwise_areRefused() throws Exception {
    String plain = claims().toString();
    assertEquals(Optional.of("ann"), tokens.user(signed(HEADER, plain.getBytes(UTF_8))));
    String open = plain.substring(0, plain.length() - 1);
    for (String claims :
        new String[] {
          open + ",\"sub\":\"bob\"}",
          open + ",\"\\u0073ub\":\"bob\"}",
          open + ",\"exp\":99999999999}",
          open + ",\"x\":{\"a\":1,\"a\":2}}",
          plain + "{\"sub\":\"bob\"}",
          plain + "x",
          plain + "\0",
          plain + " 1",
          "\ufeff" + plain,
          open + ",\"x\":NaN}",
          plain.replace("\"ann\"", "\"a\\ud800\""),
          plain.replace("\"ann\"", "\"\\udc00nn\"")
        }) {
      assertRefused(signed(HEADER, claims.getBytes(UTF_8)));
    }
    for (String sub : new String[] {"\u00ff", "a\u00c3", "\u00c0\u00af", "\u00ed\u00a0\u0080"}) {
      assertRefused(signed(HEADER, plain.replace("ann", sub).getBytes(ISO_8859_1)));
    }
  }

  @Test
  void textThatIsNotPlainBase64_isRefused() throws Exception {
    String token = signed(HEADER, claims().toString().getBytes(UTF_8));
    assertRefused(token + "=");
    assertRefused(token + ".");
    assertRefused(" " + token);
    assertRefused(token.replaceFirst("\\.", "=."));
  }
}
