import DroverCore

/// Models to put in and to take out, as one change.
struct RegistrationRequest: Sendable {
  /// Tells requests apart.
  var id: String
  var put: [RegisteredModel] = []
  var removed: [String] = []
  var actor: String
}

/// What became of such a request.
struct RegistrationOutcome: Equatable, Sendable {
  var id: String
  /// Why nothing of it was done; nil where all of it was.
  var failure: ControlRefusal?

  /// How many are remembered: whoever waits for one looks at every round.
  static let limit = 64
}

extension RegisteredModel {
  /// As a scan would find it.
  var file: SourceFile {
    let bytes = Array(document.json.utf8)
    return SourceFile(place: place, sha256: "", content: .bytes(bytes))
  }
}
