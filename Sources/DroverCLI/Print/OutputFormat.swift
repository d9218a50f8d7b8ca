import ArgumentParser

/// What `-o` asks for.
package enum OutputFormat: Sendable, ExpressibleByArgument {
  case table
  case wide
  case json
  case yaml
  case name
  case jsonpath(JSONPath)
  case columns(CustomColumns)

  package init(parsing text: String) throws(CLIError) {
    switch text {
    case "wide": self = .wide
    case "json": self = .json
    case "yaml": self = .yaml
    case "name": self = .name
    default:
      if text.hasPrefix("jsonpath=") {
        self = .jsonpath(try JSONPath(String(text.dropFirst(9))))
      } else if text.hasPrefix("custom-columns=") {
        self = .columns(try CustomColumns(String(text.dropFirst(15))))
      } else {
        throw CLIError(
          "-o '\(text)' is no output format; allowed are wide, json, yaml, name, jsonpath=TEMPLATE and "
            + "custom-columns=HEADER:.path,…")
      }
    }
  }

  package init?(argument: String) {
    guard let format = try? OutputFormat(parsing: argument) else { return nil }
    self = format
  }
}
