package import DroverCore
import DroverSystem
import DroverWire
import Synchronization

extension LlamaCppManagedDriver {
  package func prepare(
    _ instance: Instance, target: ModelTarget, taken: Set<Int>
  ) async throws(DriverError) -> Instance {
    var instance = instance
    var taken = taken.union(table.withLock { $0.ports })
    let range = target.provider.ports
    while let port = LoopbackPort.firstFree(in: range, taken: taken) {
      let now = surroundings.now()
      if table.withLock({ $0.prepare(instance, port: port, now: now) }) {
        instance.port = port
        instance.logPath = ChildLogs.path(of: instance, in: settings.logDirectory)
        return instance
      }
      taken.insert(port)
    }
    throw .failed(
      "no loopback port from \(range.lowerBound) to \(range.upperBound) is free; widen managed.ports of provider "
        + "'\(target.provider.name)'")
  }

  package func start(_ instance: Instance, target: ModelTarget) async throws(DriverError) -> Instance {
    while true {
      switch table.withLock({ $0.beginLaunch(instance.id) }) {
      case .spawn: return try await spawn(instance, target)
      case .search:
        if let handle = find(instance) { return instance.running(as: handle, wasAdopted: true) }
        if table.withLock({ $0.claim(instance) }) { return try await spawn(instance, target) }
      case .wait: try await pause(.milliseconds(10))
      case .running(let handle): return instance.running(as: handle)
      case .nothing: return instance
      }
    }
  }

  private func spawn(_ instance: Instance, _ target: ModelTarget) async throws(DriverError) -> Instance {
    do throws(DriverError) {
      let launch = try await launch(of: instance, target)
      let handle: ProcessHandle
      do throws(SystemError) {
        try Directory.create(settings.logDirectory)
        handle = try ProcessSpawner.launchProcess(launch)
      } catch {
        throw DriverError.failed("cannot start llama-server: \(error)")
      }
      table.withLock { $0.launched(instance.id, handle) }
      watchExit(of: instance.id, handle)
      return instance.running(as: handle)
    } catch {
      table.withLock { $0.refuse(instance.id) }
      throw error
    }
  }

  private func launch(of instance: Instance, _ target: ModelTarget) async throws(DriverError) -> ChildLaunch {
    guard let port = instance.port, let logPath = instance.logPath else {
      throw .failed("instance \(instance.id) was not prepared: it has no port")
    }
    let runtime = try runtime(of: target.provider)
    let file = try await servedFile(of: target)
    let metadata = try await files.metadata(of: file)
    let alive = Set(table.withLock { $0.children.keys.filter { $0 != instance.id } })
    ChildLogs.prune(in: settings.logDirectory, model: instance.model, except: alive)
    return ChildLaunch(
      executable: runtime.path,
      arguments: LlamaServerArguments.make(
        target.model, port: port, modelPath: file.path, trainedContext: metadata.contextLength,
        dialect: try await probe.dialect(of: runtime.path)),
      environment: LlamaServerEnvironment.make(
        inherited: settings.environment, stateID: settings.stateID, launchID: instance.id, key: try key.value()),
      logPath: logPath)
  }
}

extension Instance {
  /// This instance with the process that runs it.
  func running(as handle: ProcessHandle, wasAdopted adopted: Bool = false) -> Instance {
    var instance = self
    instance.process = ProcessRecord(
      pid: handle.identity.pid, startTime: handle.identity.startTime, bootID: handle.identity.bootID)
    instance.wasAdopted = wasAdopted || adopted
    return instance
  }
}
