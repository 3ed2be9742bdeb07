package dev.helix.bench;

import java.io.IOException;
import java.io.StringReader;
import java.util.List;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;

/** Reads XML for tests; what is not well-formed is refused. */
final class Xml {
  private Xml() {}

  static Element read(String xml) {
    try {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(new InputSource(new StringReader(xml)))
          .getDocumentElement();
    } catch (SAXException | IOException | ParserConfigurationException e) {
      throw new AssertionError("not XML: " + xml, e);
    }
  }

  /** All elements of a name within another, in their order. */
  static List<Element> all(Element within, String name) {
    NodeList nodes = within.getElementsByTagName(name);
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i)).toList();
  }

  /** All of a class. */
  static List<Element> ofClass(Element within, String style) {
    return all(within, "*").stream().filter(e -> e.getAttribute("class").equals(style)).toList();
  }
}
