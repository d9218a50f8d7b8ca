/// Loading and unloading by request, and the record of who looked at a model. What the control API asks beside
/// ``FleetControl``.
package protocol LoadControl: Sendable {
  /// Asks for a model to be loaded or unloaded and returns the request as it was noted; what became of it stands in the
  /// model's status, under the same instant. A model that its manifest wants otherwise throws
  /// ``LoadRefusal/enforced(state:place:)``.
  func request(_ model: String, loaded: Bool, warmup: Bool?, actor: String) async throws(LoadRefusal) -> LoadRequest
  /// Returns the request of that instant once it is decided, or the newest word of it when `timeout` is over.
  func outcome(of model: String, since request: LoadRequest, timeout: Duration) async -> LoadRequest
  /// Notes that somebody read the status of a model, and returns how often that happened, this time included.
  func recordAccess(of model: String) async -> ModelAccess?
}

/// How often and when the status of a model was read.
package struct ModelAccess: Hashable, Sendable {
  package var lastUsed: Timestamp?
  package var lastAccessed: Timestamp
  package var accessCount: Int64

  package init(lastUsed: Timestamp?, lastAccessed: Timestamp, accessCount: Int64) {
    self.lastUsed = lastUsed
    self.lastAccessed = lastAccessed
    self.accessCount = accessCount
  }
}

/// Why a request to load or unload is not even taken.
package enum LoadRefusal: Error, Hashable, Sendable {
  /// The manifest at `place` (`models/a.yaml:3`) says otherwise.
  case enforced(state: DesiredState, place: String)
  case suspended(place: String)
  case unknownModel
}
