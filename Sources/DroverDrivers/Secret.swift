/// A secret while it is used. Its description keeps it out of logs and test failures.
struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible {
  let name: String
  let value: String
  /// Where it was read, for people: `variable OPENAI_API_KEY`.
  var place: String?

  var description: String { "secret '\(name)'" }
  var debugDescription: String { description }
}
