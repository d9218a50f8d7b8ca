package import AsyncHTTPClient
import Crypto
package import DroverCore

/// Sends events over HTTP, as Standard Webhooks has it (https://www.standardwebhooks.com): `webhook-id`,
/// `webhook-timestamp` in seconds, and `webhook-signature`, `v1,` and the base64 of HMAC-SHA256 over
/// `ID.TIMESTAMP.BODY`.
package struct WebhookClient: WebhookTransport {
  private let upstream: UpstreamClient
  private let secrets: SecretSource
  private let surroundings: Surroundings

  private static let timeout = Duration.seconds(10)

  /// - Parameter client: made with ``UpstreamClient/configuration``; the caller shuts it down.
  package init(_ settings: DriverSettings, client: HTTPClient, surroundings: Surroundings) {
    upstream = UpstreamClient(client, sleep: surroundings.sleep)
    secrets = SecretSource(settings.policy.secrets, environment: settings.environment)
    self.surroundings = surroundings
  }

  package func send(_ delivery: WebhookDelivery, to hook: WebhookSpec) async -> WebhookOutcome {
    let seconds = surroundings.now().milliseconds.flooredQuotient(1000)
    var headers = [("webhook-id", delivery.id), ("webhook-timestamp", String(seconds))]
    if let name = hook.secret {
      do throws(DriverError) {
        let signature = WebhookSignature.of(
          id: delivery.id, seconds: seconds, body: delivery.body.json, secret: try secrets.secret(named: name).value)
        headers.append(("webhook-signature", signature))
      } catch {
        return .failed(error.message)
      }
    }
    do throws(UpstreamFailure) {
      let reply = try await upstream.call(
        UpstreamClient.Request(
          method: "POST", url: hook.url, headers: headers, body: delivery.body, timeout: Self.timeout))
      switch reply.status {
      case 200..<300: return .delivered
      case 410: return .refused("it answered 410, it wants no more")
      default: return .failed("it answered \(reply.status)")
      }
    } catch {
      return .failed(Self.sentence(error))
    }
  }

  private static func sentence(_ failure: UpstreamFailure) -> String {
    switch failure {
    case .refused: "nothing listens there"
    case .timedOut: "it does not answer within \(timeout.manifestText)"
    case .cancelled: "droverd is ending"
    case .unreachable(let cause): cause
    }
  }
}

/// The signature of a delivery.
enum WebhookSignature {
  /// A secret that begins with `whsec_` is base64 behind it; any other is taken as it is.
  static func of(id: String, seconds: Int64, body: String, secret: String) -> String {
    let prefix = "whsec_"
    let key = (secret.hasPrefix(prefix) ? Base64.bytes(secret.dropFirst(prefix.count)) : nil) ?? Array(secret.utf8)
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("\(id).\(seconds).\(body)".utf8), using: SymmetricKey(data: key))
    return "v1," + Base64.text(Array(code))
  }
}

/// Base64 of RFC 4648, with padding.
enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func text(_ bytes: [UInt8]) -> String {
    var out: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let word = part.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - part.count))
      for place in 0..<4 {
        out.append(place <= part.count ? alphabet[Int(word >> UInt32(18 - 6 * place) & 63)] : UInt8(ascii: "="))
      }
    }
    return String(decoding: out, as: UTF8.self)
  }

  /// Nil for what is no base64.
  static func bytes(_ text: Substring) -> [UInt8]? {
    var out: [UInt8] = []
    var (word, bits) = (UInt32(0), 0)
    for byte in text.utf8 where byte != UInt8(ascii: "=") {
      guard let value = alphabet.firstIndex(of: byte) else { return nil }
      word = word << 6 | UInt32(value)
      bits += 6
      if bits >= 8 {
        bits -= 8
        out.append(UInt8(truncatingIfNeeded: word >> UInt32(bits)))
      }
    }
    return out
  }
}
