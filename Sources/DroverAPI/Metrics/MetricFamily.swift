import DroverCore

/// One metric: its name, what it says, and how its series follow from what the fleet shows of itself.
struct MetricFamily: Sendable {
  enum Kind: String, Sendable { case gauge, counter }

  struct Sample: Equatable, Sendable {
    var labels: [Label]
    var value: Double

    init(_ value: Double, _ labels: Label...) {
      self.labels = labels
      self.value = value
    }
  }

  struct Label: Equatable, Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// In base units, which its end names; a counter ends in `_total`.
  var name: String
  var kind: Kind
  /// One sentence.
  var help: String
  var samples: @Sendable (MetricsView) -> [Sample]

  init(
    _ name: String, _ help: String, kind: Kind = .gauge,
    samples: @escaping @Sendable (MetricsView) -> [Sample]
  ) {
    self.name = name
    self.kind = kind
    self.help = help
    self.samples = samples
  }
}
