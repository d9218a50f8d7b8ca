import Crypto
import DroverCore
import DroverHTTP

/// What a request shows of who sends it. The key itself is not kept: only its digest outlives the head.
enum Credential: Sendable {
  case none
  case key(KeyDigest, isGenerated: Bool)
  case malformed(PresentedKey.Problem)

  init(_ fields: HeadFields) {
    switch fields.presentedKey {
    case .none: self = .none
    case .malformed(let problem): self = .malformed(problem)
    case .key(let bytes):
      var hash = SHA256()
      bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
      guard let digest = hash.finalize().withUnsafeBytes({ KeyDigest($0) }) else {
        self = .malformed(.empty)
        return
      }
      self = .key(digest, isGenerated: GeneratedKey.isOne(bytes))
    }
  }

  /// What it may use by one state of the manifests. A gateway that asks for no key looks at none: client libraries send
  /// one always.
  func grant(by table: AccessTable, at now: Timestamp) throws(Refusal) -> AccessGrant {
    guard table.needsKey else { return .open }
    switch self {
    case .none:
      throw .unauthenticated(
        "missing_api_key", "a key is needed; send it as 'Authorization: Bearer KEY' or 'x-api-key: KEY'")
    case .malformed(let problem): throw Refusal(problem)
    case .key(let digest, let isGenerated):
      do throws(AccessRefusal) {
        return try table.grant(of: digest, isGenerated: isGenerated, at: now)
      } catch {
        throw Refusal(error)
      }
    }
  }
}
