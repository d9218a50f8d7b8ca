import DroverCore

/// Asks for a model to be loaded or unloaded, and tells how it goes on until that is decided.
struct LoadWait {
  var client: FleetClient
  var console: Console
  var limit: Duration

  init(client: FleetClient, console: Console, limit: Duration) {
    self.client = client
    self.console = console
    self.limit = limit
  }

  /// `timeout` is what was written for `--timeout`.
  init(client: FleetClient, console: Console, timeout: String) throws(CLIError) {
    guard let limit = Duration(manifestText: timeout) else {
      throw CLIError("--timeout '\(timeout)' is no duration; expected for example 30s or 10m")
    }
    self.init(client: client, console: console, limit: limit)
  }

  /// Finds a model, has it loaded or unloaded, and says that it is. Returns the exit status.
  func run(_ model: String, loaded: Bool, warmup: Bool?) throws -> Int32 {
    let object = try run(try client.existingModel(model), loaded: loaded, warmup: warmup)
    console.write("model/\(object.name) \(loaded ? "loaded" : "unloaded")\n")
    return 0
  }

  /// Returns the model as it is once it is loaded, or unloaded.
  func run(_ model: FleetObject, loaded: Bool, warmup: Bool?) throws -> FleetObject {
    let identity = Identity(.model, model.name)
    let deadline = console.uptime() + limit
    let asked = try client.requestLoad(loaded, of: model, warmup: warmup)
    var told = ""
    // Read before the object, so that no change between the two answers is missed.
    var version = try client.change(after: 0, timeout: .zero)
    while true {
      let object = try client.existingObject(identity)
      if try isDone(object, since: asked, loaded: loaded) { return object }
      let word = LoadWait.progress(of: object)
      if !word.isEmpty, word != told { console.note("\(identity): \(word)") }
      told = word
      let left = deadline - console.uptime()
      guard left > .zero else {
        throw CLIError(
          "timed out after \(WaitLoop.text(limit)) waiting for \(identity) to be \(loaded ? "loaded" : "unloaded")"
            + (word.isEmpty ? "" : "\n  now:   \(word)") + "\n  try:   drover describe \(identity)")
      }
      version = try client.change(after: version, timeout: min(left, .seconds(30)))
    }
  }

  /// A status that is older than the request says nothing of it.
  private func isDone(_ object: FleetObject, since asked: Timestamp, loaded: Bool) throws(CLIError) -> Bool {
    guard let at = object.time("status", "request", "at"), at >= asked else { return false }
    let isSame = object.text("status", "request", "wants") == (loaded ? "Loaded" : "Unloaded")
    switch object.text("status", "request", "outcome") {
    case "Done" where isSame: return true
    case "Pending" where isSame: return false
    case _ where !isSame:
      throw CLIError("somebody asked for the opposite of model '\(object.name)' meanwhile")
    default:
      let reason = object.text("status", "request", "reason") ?? "Failed"
      let message = object.text("status", "request", "message").map { ": " + TerminalText.escaped($0) } ?? ""
      throw CLIError(
        "model '\(object.name)' could not be \(loaded ? "loaded" : "unloaded"): \(reason)\(message)"
          + "\n  try:   drover describe model/\(object.name)")
    }
  }

  private static func progress(of object: FleetObject) -> String {
    let message = object.condition("Reconciling").map { TerminalText.escaped($0.message) } ?? ""
    return message.isEmpty ? "" : (object.text("status", "state") ?? "") + ": " + message
  }
}
