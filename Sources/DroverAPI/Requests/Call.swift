import DroverCore
import Hummingbird
import NIOCore

/// One request, as its handler sees it.
struct Call: Sendable {
  /// What the path holds in the places of the route's braces.
  var arguments: [String]
  var query: Query
  /// Who asks, for events: `socket:1000` with the user id, or `tcp:127.0.0.1`.
  var actor: String
  var request: Request
  var bodyLimit: Int
  /// Until the whole body has come; a second more for each MiB that it may be large.
  var bodyTimeout: Duration

  func body() async throws -> [UInt8] {
    let tooLarge = APIError(code: .tooLarge, message: "the body is larger than \(bodyLimit) bytes")
    if let length = request.headers[.contentLength].flatMap(Int.init), length > bodyLimit { throw tooLarge }
    do {
      return try await timely { [request, bodyLimit] in
        Array(buffer: try await request.body.collect(upTo: bodyLimit))
      }
    } catch is NIOTooManyBytesError {
      throw tooLarge
    }
  }

  /// A client that sends its body a byte at a time holds nothing for longer.
  private func timely(_ collect: @escaping @Sendable () async throws -> [UInt8]) async throws -> [UInt8] {
    let limit = bodyTimeout + .seconds(bodyLimit >> 20)
    return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
      group.addTask { try await collect() }
      group.addTask {
        try await Task.sleep(for: limit, clock: .continuous)
        return nil
      }
      defer { group.cancelAll() }
      guard let first = try await group.next(), let bytes = first else {
        throw APIError(
          code: .timedOut, message: "the body was not complete within \(limit.manifestText); send it at once")
      }
      return bytes
    }
  }

  /// The body as JSON.
  func json() async throws(APIError) -> FieldValue {
    let bytes: [UInt8]
    do { bytes = try await body() } catch let error as APIError { throw error } catch {
      throw .invalid("the body could not be read: \(error)")
    }
    guard !bytes.isEmpty else { throw .invalid("the body is empty; expected JSON") }
    do throws(JSONReader.Failure) { return try JSONReader.read(bytes) } catch {
      throw .invalid("the body is \(error)")
    }
  }

  /// The body as a JSON object with no other keys than `keys`; an empty body is an empty object.
  func object(keys: [String]) async throws -> FieldValue {
    let bytes = try await body()
    guard !bytes.isEmpty else { return .emptyMap }
    let value: FieldValue
    do throws(JSONReader.Failure) { value = try JSONReader.read(bytes) } catch {
      throw APIError.invalid("the body is \(error)")
    }
    guard let entries = value.map else { throw APIError.invalid("the body is no JSON object") }
    for entry in entries where !keys.contains(entry.key) {
      throw APIError.invalid("unknown field '\(entry.key)'\(Suggestion.phrase(for: entry.key, among: keys))")
    }
    return value
  }
}
