package import DroverCore

/// The columns of `drover get` for one kind.
package struct ObjectColumns: Sendable {
  package struct Column: Sendable {
    var header: String
    /// Shown with `-o wide` alone.
    var isWide: Bool
    var text: @Sendable (FleetObject, Timestamp) -> String

    init(_ header: String, wide: Bool = false, _ text: @escaping @Sendable (FleetObject, Timestamp) -> String) {
      self.header = header
      isWide = wide
      self.text = text
    }
  }

  private var columns: [Column]

  package static func columns(of kind: Kind?, isWide: Bool) -> ObjectColumns {
    let all: [Column] =
      switch kind {
      case .model: [name] + model + [age] + modelWide
      case .provider: [name] + provider + [ready, reason, models, age] + [source]
      default: [name, ready, reason, age, source]
      }
    return ObjectColumns(columns: all.filter { isWide || !$0.isWide })
  }

  package var header: [String] { columns.map(\.header) }

  package func cells(of object: FleetObject, at now: Timestamp) -> [String] { columns.map { $0.text(object, now) } }

  private static let name = Column("NAME") { object, _ in object.name }
  private static let age = Column("AGE") { object, now in object.age(at: now) }
  private static let ready = Column("READY") { object, _ in object.condition("Ready")?.status ?? "<unknown>" }
  private static let reason = Column("REASON") { object, _ in object.condition("Ready")?.reason ?? "<unknown>" }
  private static let source = Column("SOURCE", wide: true) { object, _ in object.place ?? "" }
  private static let models = Column("MODELS") { object, _ in object.text("status", "models") ?? "" }

  private static let provider = [
    Column("TYPE") { object, _ in object.text("spec", "type") ?? "" },
    Column("MODE") { object, _ in object.text("spec", "mode") ?? "" },
    Column("REACHABLE") { object, _ in object.text("status", "reachable") ?? "Unknown" },
  ]

  private static let model = [
    Column("PROVIDER") { object, _ in object.text("spec", "provider") ?? "" },
    Column("DESIRED") { object, _ in
      object.text("status", "desiredState") ?? object.text("spec", "desiredState") ?? ""
    },
    Column("STATE") { object, _ in object.text("status", "state") ?? "<unknown>" },
    ready, reason,
    Column("TOK/S") { object, _ in PerformanceText.speed(object.value[path: ["status", "performance"]]) ?? "" },
    Column("SPEND(USD)") { object, _ in object.text("status", "usage", "spend") ?? "" },
  ]

  private static let modelWide = [
    Column("KEY", wide: true) { object, _ in object.text("status", "key") ?? "" },
    Column("GEN", wide: true) { object, _ in object.generationText },
    Column("POOL", wide: true) { object, _ in object.text("status", "memory", "pool") ?? "" },
    Column("MEMORY", wide: true) { object, _ in object.memoryText },
    Column("RESTARTS", wide: true) { object, _ in object.text("status", "process", "restarts") ?? "0" },
    Column("LAST-USED", wide: true) { object, now in
      object.time("status", "lastUsed").map { (now - $0).age } ?? ""
    },
    Column("CAPABILITIES", wide: true) { object, _ in object.capabilities.map(\.name).joined(separator: ",") },
    Column("VERSION", wide: true) { object, _ in object.text("spec", "version") ?? "" },
    source,
  ]
}

extension FleetObject {
  /// `6/7` while another generation serves than the newest; `0/1` while none does that should.
  var generationText: String {
    let serving = value[path: ["status", "servingGeneration"]]?.integer ?? 0
    if serving == generation || serving == 0 && condition("Ready")?.isTrue == true { return String(generation) }
    return "\(serving)/\(generation)"
  }

  /// Measured memory, else what is held; sizes as people read them.
  var memoryText: String {
    let texts = [text("status", "memory", "measured"), text("status", "process", "memory")]
    guard let amount = texts.lazy.compactMap({ $0 }).first else { return "" }
    return FleetObject.displaySize(amount)
  }

  /// `10.5GiB` of a size in any spelling, or of a number of bytes.
  static func displaySize(_ text: String) -> String {
    if let bytes = Int64(text) { return ByteCount(bytes).display }
    return ByteCount(manifestText: text)?.display ?? text
  }
}
