/// The key by which a request says who sends it: `Authorization: Bearer KEY` or `X-API-Key: KEY`, as the client libraries
/// of OpenAI and of Anthropic write it. A request that two readers could take for two senders' has none that counts.
package enum PresentedKey: Equatable, Sendable {
  case none
  /// Visible ASCII alone, ``longest`` bytes at most.
  case key(ArraySlice<UInt8>)
  case malformed(Problem)

  /// Why a key is none.
  package enum Problem: Error, Equatable, Sendable {
    /// A field of this name came more than once.
    case repeated(FieldName)
    /// Both fields came, each with another key.
    case disagreeing
    /// Authorization holds another scheme than Bearer.
    case notBearer
    case empty
    case tooLong
    /// It holds spaces, or bytes that are no visible ASCII.
    case characters
  }

  /// No key that Drover knows of is longer; what is longer is not even hashed.
  package static let longest = 512
}

extension HeadFields {
  package var presentedKey: PresentedKey {
    do throws(PresentedKey.Problem) {
      let bearer = try single(.authorization).map(bearer)
      let plain = try single(.xAPIKey)
      guard let key = bearer ?? plain else { return .none }
      if let plain, let bearer, plain != bearer { return .malformed(.disagreeing) }
      if key.isEmpty { return .malformed(.empty) }
      if key.count > PresentedKey.longest { return .malformed(.tooLong) }
      guard key.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return .malformed(.characters) }
      return .key(key)
    } catch {
      return .malformed(error)
    }
  }

  private func single(_ name: FieldName) throws(PresentedKey.Problem) -> ArraySlice<UInt8>? {
    guard count(of: name) < 2 else { throw .repeated(name) }
    return value(of: name)
  }

  /// What follows the scheme (RFC 9110 section 11.4), which is written in any case.
  private func bearer(_ value: ArraySlice<UInt8>) throws(PresentedKey.Problem) -> ArraySlice<UInt8> {
    let scheme = value.prefix { $0 != HTTPByte.space }
    guard HTTPByte.equal(scheme, "bearer") else { throw .notBearer }
    return value.dropFirst(scheme.count).drop { $0 == HTTPByte.space }
  }
}
