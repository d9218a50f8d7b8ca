import AsyncHTTPClient
import DroverCore
import DroverSystem
import NIOCore
import NIOHTTP1

/// An inference that takes a while.
struct LongRequest: Sendable {
  var port: Int
  var keyPath: String

  /// Returns the status once the whole reply is there.
  func send(tokens: Int) async throws -> UInt {
    let key = String(decoding: try FileReader.read(keyPath, maxBytes: 1024).prefix { $0 > 0x20 }, as: UTF8.self)
    var request = HTTPClientRequest(url: "http://127.0.0.1:\(port)/completion")
    request.method = .POST
    request.headers.add(name: "Authorization", value: "Bearer " + key)
    let body = FieldValue.object([
      "prompt": .string("Hi"), "n_predict": .integer(Int64(tokens)), "ignore_eos": .bool(true),
    ])
    request.body = .bytes(ByteBuffer(string: body.json))
    let response = try await SharedClient.http.execute(request, timeout: .seconds(60))
    _ = try await response.body.collect(upTo: 8 << 20)
    return UInt(response.status.code)
  }
}
