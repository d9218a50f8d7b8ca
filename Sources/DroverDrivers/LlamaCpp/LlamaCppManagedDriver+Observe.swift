package import DroverCore
import DroverSystem
import DroverWire
import Synchronization

extension LlamaCppManagedDriver {
  package func observe(_ provider: ProviderSpec, instances: [Instance]) async -> DriverObservation {
    let observed = await withTaskGroup(of: ObservedInstance.self) { group in
      for instance in instances {
        group.addTask { await self.look(at: instance, provider) }
      }
      return await group.reduce(into: [String: ObservedInstance]()) { $0[$1.instance.id] = $1 }
    }
    let now = surroundings.now()
    table.withLock { $0.forget(provider: provider.name, except: Set(instances.map(\.id)), now: now) }
    return DriverObservation(
      provider: ProviderObservation(reachability: reachability(of: provider), observedAt: now),
      instances: instances.compactMap { observed[$0.id] })
  }

  private func reachability(of provider: ProviderSpec) -> ProviderObservation.Reachability {
    do throws(DriverError) {
      _ = try runtime(of: provider)
      return .reachable
    } catch {
      return .unreachable(error.reason, error.message)
    }
  }

  private func look(at instance: Instance, _ provider: ProviderSpec) async -> ObservedInstance {
    switch table.withLock({ $0[instance.id]?.stage }) {
    case .prepared, .launching, .refused: return ObservedInstance(instance: instance, phase: .intended)
    case .ended(let ending): return ObservedInstance(instance: instance, phase: .ended(ending))
    case .running(let handle): return await look(at: instance, handle, provider)
    case nil:
      if let handle = find(instance) { return await look(at: instance, handle, provider) }
      let ending = endingOfLost(instance, loadTimeout: provider.loadTimeout)
      // A start that has begun in the meantime knows better.
      guard table.withLock({ $0[instance.id] }) == nil else {
        return ObservedInstance(instance: instance, phase: .intended)
      }
      return ObservedInstance(instance: instance, phase: .ended(table.withLock { $0.end(instance, ending) }))
    }
  }

  private func look(
    at instance: Instance, _ handle: ProcessHandle, _ provider: ProviderSpec
  ) async -> ObservedInstance {
    if let status = handle.exitStatus() { return ended(instance, handle, status, provider) }
    await checkHealth(of: instance, handle, provider)
    if let status = handle.exitStatus() { return ended(instance, handle, status, provider) }
    let kills = OutOfMemoryCount.read()
    let child = table.withLock { table in
      table.update(instance.id) { $0.memoryKills = kills }
      return table[instance.id]
    }
    let known = instance.running(as: handle, wasAdopted: child?.wasAdopted ?? false)
    let isStopping = instance.stoppingSince != nil || child?.verdict == .stopped
    return ObservedInstance(
      instance: known, phase: isStopping ? .stopping : child?.health.phase ?? .starting,
      memory: ProcFS.residentMemory(handle.identity.pid).map { ByteCount($0) },
      inFlight: isStopping ? await inFlight(instance) : nil, contextWindow: child?.props?.contextWindow,
      capabilities: child?.props.map { Self.evidence($0.capabilities) })
  }

  /// What the file of a model cannot tell as well: the engine has run the template, and has opened the projector.
  private static func evidence(_ told: CapabilityEvidence) -> CapabilityEvidence {
    told.silent(on: Set(Capability.allCases).subtracting([.functionCalling, .vision]))
  }

  /// Notes the end of a child, after what it left behind was ended too.
  func ended(
    _ instance: Instance, _ handle: ProcessHandle, _ status: ExitStatus, _ provider: ProviderSpec?
  ) -> ObservedInstance {
    _ = try? handle.killGroup()
    endRelatives(of: instance)
    let child = table.withLock { $0[instance.id] }
    let kills = OutOfMemoryCount.read()
    let memoryWasShort = if let before = child?.memoryKills, let kills { kills > before } else { false }
    let wasReady = instance.readyAt != nil || child.map { !$0.health.isStarting } ?? false
    let ending = EndingReport.ending(
      EndingReport.Evidence(
        instance: instance, status: status, verdict: child?.verdict, loadTimeout: provider?.loadTimeout ?? .zero,
        wasReady: wasReady, line: lastLine(of: instance), memoryWasShort: memoryWasShort), at: surroundings.now())
    let kept = table.withLock { $0.end(instance, ending) }
    return ObservedInstance(
      instance: instance.running(as: handle, wasAdopted: child?.wasAdopted ?? false), phase: .ended(kept))
  }

  private func inFlight(_ instance: Instance) async -> Int? {
    guard let port = instance.port, let client = try? client(port: port),
      case .requests(let count) = await client.load()
    else { return nil }
    return count
  }
}
