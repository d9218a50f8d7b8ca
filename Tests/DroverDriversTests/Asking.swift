import AsyncHTTPClient
import DroverCore
import NIOCore
import NIOHTTP1

/// Requests of the tests themselves, beside those of a driver.
enum Asking {
  static func status(_ url: String) async throws -> Int {
    Int(try await SharedClient.http.execute(HTTPClientRequest(url: url), timeout: .seconds(2)).status.code)
  }

  static func text(_ url: String) async throws -> String {
    let response = try await SharedClient.http.execute(HTTPClientRequest(url: url), timeout: .seconds(10))
    return String(buffer: try await response.body.collect(upTo: 8 << 20))
  }

}
