import DroverCore

extension DiagnosticReport {
  var json: String {
    let value = FieldValue.object([
      "diagnostics": .array(
        diagnostics.map { each in
          .object([
            "file": .string(each.file), "line": .integer(Int64(each.line)), "column": .integer(Int64(each.column)),
            "severity": .string(each.severity.rawValue), "code": .string(each.code.rawValue),
            "object": each.identity.map { .string($0.description) },
            "field": each.field.isEmpty ? nil : .string(each.field), "message": .string(each.message),
          ])
        }),
      "summary": .object([
        "files": .integer(Int64(counts.files)), "objects": .integer(Int64(counts.documents)),
        "valid": .integer(Int64(counts.valid)), "invalid": .integer(Int64(counts.invalid)),
        "errors": .integer(Int64(counts.errors)), "warnings": .integer(Int64(counts.warnings)),
        "note": note.map { .string($0) },
      ]),
    ])
    return value.prettyJSON() + "\n"
  }

  /// Workflow commands: GitHub shows them beside the line.
  var github: String {
    func data(_ text: String) -> String {
      text.reduce(into: "") { out, character in
        switch character {
        case "%": out += "%25"
        case "\r": out += "%0D"
        case "\n", "\r\n": out += "%0A"
        default: out.append(character)
        }
      }
    }
    func property(_ text: String) -> String {
      data(text).reduce(into: "") { out, character in
        switch character {
        case ":": out += "%3A"
        case ",": out += "%2C"
        default: out.append(character)
        }
      }
    }
    return diagnostics.map { each in
      let place = each.line > 0 ? ",line=\(each.line),col=\(each.column)" : ""
      let message = (each.field.isEmpty ? "" : each.field + ": ") + each.message
      return "::\(each.severity.rawValue) file=\(property(each.file))\(place),title=\(property(each.code.rawValue))::"
        + data(message) + "\n"
    }.joined()
  }

  /// One test case for each file; a file fails with its errors, warnings are its output.
  var junit: String {
    var names = files
    for each in diagnostics where !names.contains(each.file) { names.append(each.file) }
    let failing = Set(diagnostics.filter { $0.severity == .error }.map(\.file)).count
    var out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    out += "<testsuites tests=\"\(names.count)\" failures=\"\(failing)\">\n"
    out += "  <testsuite name=\"drover validate\" tests=\"\(names.count)\" failures=\"\(failing)\">\n"
    for name in names {
      let own = diagnostics.filter { $0.file == name }
      out += "    <testcase classname=\"manifests\" name=\"\(xml(name))\""
      guard !own.isEmpty else {
        out += "/>\n"
        continue
      }
      out += ">\n"
      let errors = own.filter { $0.severity == .error }
      if let first = errors.first {
        out += "      <failure type=\"\(first.code.rawValue)\" message=\"\(xml(first.message))\">"
        out += xml(errors.map(\.description).joined(separator: "\n")) + "</failure>\n"
      }
      let warnings = own.filter { $0.severity == .warning }
      if !warnings.isEmpty {
        out += "      <system-out>\(xml(warnings.map(\.description).joined(separator: "\n")))</system-out>\n"
      }
      out += "    </testcase>\n"
    }
    return out + "  </testsuite>\n</testsuites>\n"
  }

  /// Escaped for text and attributes; what XML 1.0 cannot hold is left out.
  private func xml(_ text: String) -> String {
    var out = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": out += "&amp;"
      case "<": out += "&lt;"
      case ">": out += "&gt;"
      case "\"": out += "&quot;"
      case "\n", "\t": out.unicodeScalars.append(scalar)
      default:
        if scalar.value >= 0x20, scalar.value != 0xFFFE, scalar.value != 0xFFFF { out.unicodeScalars.append(scalar) }
      }
    }
    return out
  }

  var sarif: String {
    var rules: [Diagnostic.Code] = []
    for each in diagnostics where !rules.contains(each.code) { rules.append(each.code) }
    let results = diagnostics.map { each in
      let region: FieldValue? =
        each.line > 0
        ? .object([
          "startLine": .integer(Int64(each.line)), "startColumn": .integer(Int64(max(1, each.column))),
        ]) : nil
      let logical = each.identity.map { identity in
        FieldValue.array([
          .object([
            "fullyQualifiedName": .string(identity.description + (each.field.isEmpty ? "" : "/" + each.field))
          ])
        ])
      }
      return FieldValue.object([
        "ruleId": .string(each.code.rawValue),
        "ruleIndex": .integer(Int64(rules.firstIndex(of: each.code) ?? 0)),
        "level": .string(each.severity.rawValue),
        "message": .object(["text": .string((each.field.isEmpty ? "" : each.field + ": ") + each.message)]),
        "locations": .array([
          .object([
            "physicalLocation": .object([
              "artifactLocation": .object(["uri": .string(uri(each.file))]), "region": region,
            ]), "logicalLocations": logical,
          ])
        ]),
      ])
    }
    let driver = FieldValue.object([
      "name": .string("drover"),
      "rules": .array(rules.map { .object(["id": .string($0.rawValue), "name": .string($0.rawValue)]) }),
    ])
    let log = FieldValue.object([
      "$schema": .string("https://json.schemastore.org/sarif-2.1.0.json"), "version": .string("2.1.0"),
      "runs": .array([
        .object([
          "tool": .object(["driver": driver]), "columnKind": .string("unicodeCodePoints"), "results": .array(results),
        ])
      ]),
    ])
    return log.prettyJSON() + "\n"
  }

  /// A relative URI reference: every byte that RFC 3986 does not let stand is percent-encoded.
  private func uri(_ path: String) -> String {
    let hex = Array("0123456789ABCDEF".utf8)
    var out: [UInt8] = []
    for byte in path.utf8 {
      switch byte {
      case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "/"):
        out.append(byte)
      case _ where TextShape.isLetter(byte) || TextShape.isDigit(byte): out.append(byte)
      default: out += [UInt8(ascii: "%"), hex[Int(byte >> 4)], hex[Int(byte & 15)]]
      }
    }
    return String(decoding: out, as: UTF8.self)
  }
}
