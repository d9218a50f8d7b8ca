import DroverCore
import Synchronization

extension ControlAPI {
  /// A look at everything that droverd depends on.
  var doctorRoutes: [Route] {
    guard let examination else { return [] }
    let isBusy = Busy()
    return [
      Route(.get, "/api/v1/doctor") { _ in
        guard isBusy.begin() else {
          throw APIError(code: .unavailable, message: "an examination is going on; ask again in a few seconds")
        }
        defer { isBusy.end() }
        let findings = await examination.examine()
        return Reply(
          json: .object([
            "healthy": .bool(findings.allSatisfy { $0.outcome != .failed }),
            "checks": .array(
              findings.map { finding in
                .object([
                  "check": .string(finding.check), "outcome": .string(finding.outcome.rawValue),
                  "message": .string(finding.message),
                ])
              }),
          ]))
      }
    ]
  }
}

/// One at a time: an examination reads whole databases.
private final class Busy: Sendable {
  private let isBusy = Mutex(false)

  func begin() -> Bool {
    isBusy.withLock { isBusy in
      defer { isBusy = true }
      return !isBusy
    }
  }

  func end() { isBusy.withLock { $0 = false } }
}
