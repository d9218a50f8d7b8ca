import AsyncHTTPClient
import DroverCore
import DroverSystem
import NIOCore
import NIOHTTP1
import Synchronization

/// An inference that takes a while.
struct LongRequest: Sendable {
  var port: Int
  /// Nil where the server asks for no key.
  var keyPath: String?
  /// For a router.
  var model: String?

  /// One that is being sent.
  struct Reply: Sendable {
    /// The status, once the whole reply is there.
    var status: Task<UInt, any Error>
    private let over: Flag

    private final class Flag: Sendable { let value = Mutex(false) }

    init(_ request: LongRequest, tokens: Int) {
      let over = Flag()
      self.over = over
      status = Task {
        defer { over.value.withLock { $0 = true } }
        return try await request.send(tokens: tokens)
      }
    }

    var isOver: Bool { over.value.withLock { $0 } }
  }

  private func send(tokens: Int) async throws -> UInt {
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/completion")
    request.method = .POST
    if let keyPath {
      let key = String(decoding: try FileReader.read(keyPath, maxBytes: 1024).prefix { $0 > 0x20 }, as: UTF8.self)
      request.headers.add(name: "Authorization", value: "Bearer " + key)
    }
    let body = FieldValue.object([
      "model": model.map { .string($0) }, "prompt": .string("Hi"), "n_predict": .integer(Int64(tokens)),
      "ignore_eos": .bool(true),
    ])
    request.body = .bytes(ByteBuffer(string: body.json))
    let response = try await SharedClient.http.execute(request, timeout: .seconds(600))
    _ = try await response.body.collect(upTo: 8 << 20)
    return UInt(response.status.code)
  }
}
