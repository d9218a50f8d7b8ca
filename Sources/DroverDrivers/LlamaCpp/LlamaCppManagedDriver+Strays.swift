package import DroverCore
import DroverSystem
import Synchronization

extension LlamaCppManagedDriver {
  package func endStrays(known: [Instance]) async -> [String] {
    let ids = Set(known.map(\.id))
    let strays = strays(except: ids)
    return await withTaskGroup(of: String?.self) { group in
      for stray in strays {
        group.addTask {
          do throws(DriverError) {
            try await self.end(stray, named: "stray process \(stray.identity.pid)")
            return "process \(stray.identity.pid)"
          } catch {
            // It is found again by the next search.
            return nil
          }
        }
      }
      return await group.reduce(into: [String]()) { if let name = $1 { $0.append(name) } }.sorted()
    }
  }

  /// Processes with the mark of our state folder and the mark of a launch that nobody knows.
  private func strays(except ids: Set<String>) -> [ProcessHandle] {
    guard let bootID = try? ProcFS.bootID() else { return [] }
    let pids = ProcFS.processes(withEnvironment: LlamaServerEnvironment.stateMark, value: settings.stateID)
    return pids.compactMap { pid in
      guard let launch = ProcFS.environment(pid)?[LlamaServerEnvironment.launchMark], !ids.contains(launch),
        table.withLock({ $0[launch] }) == nil, let startTime = ProcFS.startTime(pid)
      else { return nil }
      return hold(ProcessIdentity(pid: pid, startTime: startTime, bootID: bootID), launch: launch)
    }
  }
}
