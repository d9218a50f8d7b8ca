package import DroverCore

/// What the drivers of servers that are not ours have in common: nothing is read from files, nothing is prepared, and
/// what is loaded there and stands in no record is somebody else's.
package protocol ForeignDriver: ModelDriver {
  /// Throws why the server of a provider cannot be called at all: without an address, or without its key.
  func checkAddress(of provider: ProviderSpec) throws(DriverError)
}

extension ForeignDriver {
  package func facts(of target: ModelTarget) async -> ModelFacts {
    do throws(DriverError) {
      try checkAddress(of: target.provider)
      return ModelFacts(reloadHash: target.reloadHash)
    } catch {
      return ModelFacts(reloadHash: target.reloadHash, problem: ModelFacts.Problem(error.reason, error.message))
    }
  }

  package func prepare(
    _ instance: Instance, target: ModelTarget, taken: Set<Int>
  ) async throws(DriverError) -> Instance {
    instance
  }

  package func endStrays(known: [Instance]) async -> [String] { [] }
}
