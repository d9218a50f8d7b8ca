import DroverCore

/// The one tool that trials offer.
enum TrialTool {
  static let name = "get_time"
  static let summary = "Tells the time in a city."
  static let parameters = FieldValue.object([
    "type": .string("object"),
    "properties": .object(["city": .object(["type": .string("string")])]), "required": .strings(["city"]),
  ])
}

/// The one picture that trials show.
enum TrialImage {
  /// A PNG of one pixel, in base 64.
  static let png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC"
}
