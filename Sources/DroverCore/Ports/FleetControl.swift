/// What the control API asks of the running controller. Everything is answered from the newest round.
package protocol FleetControl: Sendable {
  /// The objects as `kubectl get -o json` would show them, sorted by kind and name; of one kind, or all.
  func objects(of kind: Kind?) async -> [FieldValue]
  func object(_ identity: Identity) async -> FieldValue?
  /// Newest last; about one object, or all.
  func events(about object: Identity?, limit: Int) async -> [FleetEvent]
  /// Specs that were accepted for an object, newest first.
  func history(of object: Identity, limit: Int) async throws(StoreError) -> [HistoryEntry]
  /// A number that rises with every visible change.
  var version: UInt64 { get async }
  /// Returns the version as soon as it is above `after`, or when `timeout` is over.
  func change(after version: UInt64, timeout: Duration) async -> UInt64
  /// Whether the first scan is complete and state can be written.
  func readiness() async -> Readiness
  /// Looks at everything anew, forgets back-off of `object` or of all, and returns the token that status will echo.
  func requestReconcile(of object: Identity?, actor: String) async -> String
  /// Lets the prune that `token` names go on. False when no such prune is stopped.
  func confirmPrune(token: String, actor: String) async -> Bool
  /// What these manifests would do, as JSON of a diff report. Changes nothing. A partial set leaves objects that it does
  /// not name as they are; a whole one proposes their end.
  func plan(files: [ProposedFile], isPartial: Bool) async -> [UInt8]
}

/// One file of a proposed tree.
package struct ProposedFile: Equatable, Sendable {
  /// Path below the root.
  package var path: String
  package var bytes: [UInt8]

  package init(path: String, bytes: [UInt8]) {
    self.path = path
    self.bytes = bytes
  }
}

/// Whether the control plane can do its work.
package struct Readiness: Equatable, Sendable {
  /// One sentence for each reason why not; empty when ready.
  package var problems: [String]

  package init(problems: [String] = []) { self.problems = problems }

  package var isReady: Bool { problems.isEmpty }
}
