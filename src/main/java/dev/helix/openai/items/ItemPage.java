package dev.helix.openai.items;

import dev.helix.http.InvalidRequestException;
import jakarta.servlet.http.HttpServletRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which part of a list of items is asked for: {@code limit}, {@code order} and {@code after} of a
 * request's query. Immutable.
 *
 * @param limit how many at most, 1 to 100
 * @param ascending whether the oldest comes first
 * @param after the id of the item behind which the page begins; null for the list's beginning
 */
public record ItemPage(int limit, boolean ascending, String after) {
  private static final int MOST = 100;
  private static final int USUAL = 20;

  /**
   * The page that a request asks for.
   *
   * @throws InvalidRequestException if it asks for what is none
   */
  public static ItemPage of(HttpServletRequest request) throws InvalidRequestException {
    String order = request.getParameter("order");
    if (order != null && !order.isEmpty() && !order.equals("asc") && !order.equals("desc")) {
      throw new InvalidRequestException(
          "invalid_value", "order", "Invalid value for 'order': expected 'asc' or 'desc'.");
    }
    String after = request.getParameter("after");
    return new ItemPage(
        limit(request.getParameter("limit")),
        "asc".equals(order),
        after == null || after.isEmpty() ? null : after);
  }

  private static int limit(String asked) throws InvalidRequestException {
    if (asked == null || asked.isEmpty()) {
      return USUAL;
    }
    if (!asked.matches("-?[0-9]{1,9}")) {
      throw new InvalidRequestException(
          "invalid_type", "limit", "Invalid type for 'limit': expected an integer.");
    }
    int limit = Integer.parseInt(asked);
    if (limit < 1) {
      throw new InvalidRequestException(
          "integer_below_min_value",
          "limit",
          "Invalid 'limit': integer below minimum value. Expected a value >= 1, but got "
              + limit
              + " instead.");
    }
    if (limit > MOST) {
      throw new InvalidRequestException(
          "integer_above_max_value",
          "limit",
          "Invalid 'limit': integer above maximum value. Expected a value <= 100, but got "
              + limit
              + " instead.");
    }
    return limit;
  }

  /**
   * The list object of this page.
   *
   * @param items all there are, the oldest first, each with an {@code id}
   * @throws InvalidRequestException if none of them is the one behind which the page begins
   */
  public Map<String, Object> of(List<Map<String, Object>> items) throws InvalidRequestException {
    List<Map<String, Object>> ordered = new ArrayList<>(items);
    if (!ascending) {
      Collections.reverse(ordered);
    }
    int from = 0;
    if (after != null) {
      List<Object> ids = ordered.stream().map(item -> item.get("id")).toList();
      from = ids.indexOf(after) + 1;
      if (from == 0) {
        throw new InvalidRequestException(
            "invalid_value", "after", "Invalid value for 'after': this list has no such item.");
      }
    }
    List<Map<String, Object>> page = ordered.subList(from, Math.min(ordered.size(), from + limit));
    Map<String, Object> list = new LinkedHashMap<>();
    list.put("object", "list");
    list.put("data", page);
    list.put("first_id", page.isEmpty() ? null : page.get(0).get("id"));
    list.put("last_id", page.isEmpty() ? null : page.get(page.size() - 1).get("id"));
    list.put("has_more", from + page.size() < ordered.size());
    return list;
  }
}
