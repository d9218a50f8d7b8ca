import DroverCore

/// Metrics as Prometheus reads them: version 0.0.4 of its text format.
enum MetricsText {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// A family without a series is left out.
  static func render(_ families: [MetricFamily], _ view: MetricsView) -> String {
    var text = ""
    for family in families {
      let samples = family.samples(view)
      guard !samples.isEmpty else { continue }
      text += "# HELP \(family.name) \(escaped(family.help, quotes: false))\n"
      text += "# TYPE \(family.name) \(family.kind.rawValue)\n"
      for sample in samples { text += line(family.name, sample) }
    }
    return text
  }

  private static func line(_ name: String, _ sample: MetricFamily.Sample) -> String {
    let labels = sample.labels.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }.joined(separator: ",")
    return name + (labels.isEmpty ? "" : "{\(labels)}") + " " + number(sample.value) + "\n"
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: value).map(String.init) ?? String(value)
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
