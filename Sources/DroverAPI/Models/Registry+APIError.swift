import DroverCore
import DroverRegistry

extension Registry {
  /// As ``resolve(_:)``.
  func model(_ word: String) throws(APIError) -> ModelEntry {
    do throws(NameProblem) { return try resolve(word) } catch { throw APIError(error) }
  }

  /// As ``resolve(_:at:)``.
  func model(_ word: String, at provider: String) throws(APIError) -> ModelEntry {
    do throws(NameProblem) { return try resolve(word, at: provider) } catch { throw APIError(error) }
  }

  func homes(_ word: String) throws(APIError) -> [String] {
    do throws(NameProblem) { return try providers(named: word) } catch { throw APIError(error) }
  }
}

extension APIError {
  init(_ problem: NameProblem) {
    switch problem {
    case .unknownModel(let shown, let name, let near):
      self = .notFound("model", shown: shown, name, near: near, code: .modelNotFound)
    case .ambiguous(let word, let keys):
      self.init(
        code: .invalidRequest,
        message: "'\(word)' is the id of several models; name one of \(keys.joined(separator: ", "))",
        details: .object(["name": .string(word), "keys": .strings(keys)]))
    case .unknownProvider(let word, let near, let known):
      self = .notFound("provider", shown: word, word, near: near)
      message += known.isEmpty ? "; there is none yet" : "; there are \(known.joined(separator: ", "))"
      details.set("providers", .strings(known))
    }
  }

  private static func notFound(
    _ what: String, shown: String, _ name: String, near: [String], code: Code = .notFound
  ) -> APIError {
    let hint = near.first.map { "; did you mean '\($0)'?" } ?? ""
    return APIError(
      code: code, message: "no \(what) '\(shown)'\(hint)",
      details: .object(["name": .string(name), "nearMatches": .strings(near)]))
  }
}
