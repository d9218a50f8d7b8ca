import DroverCore

/// What metrics are made of: the objects as `get -o json` shows them.
struct MetricsView: Sendable {
  let version: String
  let isReady: Bool
  let objects: [FieldValue]
  /// The Fleet; nil before the first scan.
  let fleet: FieldValue?

  init(version: String, isReady: Bool, objects: [FieldValue]) {
    self.version = version
    self.isReady = isReady
    self.objects = objects
    fleet = objects.first { $0["kind"]?.string == Kind.fleet.rawValue }
  }

  func objects(of kind: Kind) -> [FieldValue] { objects.filter { $0["kind"]?.string == kind.rawValue } }
}

extension FieldValue {
  var objectName: String { self[path: ["metadata", "name"]]?.string ?? "" }

  /// Type and status of each condition of an object.
  var conditions: [(type: String, status: String)] {
    (self[path: ["status", "conditions"]]?.list ?? []).compactMap { element in
      let condition = element.value
      guard let type = condition["type"]?.string, let status = condition["status"]?.string else { return nil }
      return (type, status)
    }
  }

  func holds(_ type: String) -> Bool { conditions.contains { $0 == (type, "True") } }

  /// A number at a path of the status; amounts of money are written as text.
  func statusNumber(_ path: String...) -> Double? {
    self[path: ["status"] + path]?.number
  }

  /// A number, also one that is written as text.
  var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .decimal(let text), .string(let text): Double(text)
    default: nil
    }
  }

  /// Seconds since 1970 of a time at a path.
  func seconds(_ path: String...) -> Double? {
    self[path: path]?.string.flatMap(Timestamp.init(rfc3339:)).map { Double($0.milliseconds) / 1000 }
  }
}
