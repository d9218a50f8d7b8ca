/// Why something that was asked of the running controller is not done.
package enum ControlRefusal: Error, Equatable, Sendable {
  /// Nothing has this name; with the names that come near.
  case notFound(String)
  /// The request is wrong in itself.
  case invalid(String)
  /// A manifest says otherwise, or it is too late.
  case conflict(String)
  /// The model could not be loaded.
  case loadFailed(String)
  /// State cannot be written now.
  case unavailable(String)

  package var message: String {
    switch self {
    case .notFound(let text), .invalid(let text), .conflict(let text), .loadFailed(let text), .unavailable(let text):
      text
    }
  }
}
