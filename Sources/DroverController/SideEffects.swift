import DroverCore
import DroverPlanning

/// The slow half of steps: what a driver is asked to do. Each runs as a task of the loop's group and ends in a message.
struct SideEffects: Sendable {
  let drivers: any DriverCatalogue
  let inbox: Inbox
  let desk: ModelDesk

  /// The driver that an instance was started by, also when its provider is gone from the manifests or has become one of
  /// another type.
  func driver(of instance: Instance, provider: ProviderSpec?) -> (any ModelDriver)? {
    drivers.driver(for: host(of: instance, provider: provider))
  }

  /// Where an instance was started: its provider, or what that was then.
  private func host(of instance: Instance, provider: ProviderSpec?) -> ProviderSpec {
    if let provider, provider.runs(instance), drivers.driver(for: provider) != nil { return provider }
    return .forgotten(instance)
  }

  func start(_ launch: StepBook.Launch) async {
    guard let driver = drivers.driver(for: launch.target.provider) else { return }
    do throws(DriverError) {
      inbox.post(.started(try await driver.start(launch.instance, target: launch.target)))
    } catch {
      inbox.post(.startFailed(instance: launch.instance.id, error))
    }
  }

  func warmUp(_ instance: Instance, target: ModelTarget) async {
    guard let driver = drivers.driver(for: target.provider) else { return }
    do throws(DriverError) {
      try await driver.warmUp(instance, target: target)
      inbox.post(.warmedUp(instance: instance.id))
    } catch {
      inbox.post(.warmUpFailed(instance: instance.id, error))
    }
  }

  func stop(_ instance: Instance, provider: ProviderSpec?, drain: Duration) async {
    guard let driver = driver(of: instance, provider: provider) else {
      return inbox.post(.stopFailed(instance: instance.id, .notImplemented("no driver can end it")))
    }
    do throws(DriverError) {
      // What was let in may not have reached the engine yet, which then knows of nothing to drain.
      let drain = await desk.drained(instance, within: drain)
      let host = instance.isManaged ? provider : host(of: instance, provider: provider)
      try await driver.stop(instance, provider: host, drain: drain)
      inbox.post(.stopped(instance: instance.id))
    } catch {
      inbox.post(.stopFailed(instance: instance.id, error))
    }
  }
}

extension ProviderSpec {
  /// Whether an instance was started here, and not when this provider was of another type or somewhere else.
  func runs(_ instance: Instance) -> Bool {
    guard isManaged == instance.isManaged else { return false }
    guard let former = instance.server, let present = ServerRecord(self) else { return true }
    return former.isSamePlace(as: present)
  }

  /// The provider that an instance was started at, as far as its record tells: enough to find its driver, to look at it
  /// and to end it.
  static func forgotten(_ instance: Instance) -> ProviderSpec {
    let type = instance.isManaged ? ProviderType.llamaCpp : instance.server?.type ?? .custom
    let mode = instance.isManaged ? ProviderMode.managed : instance.server?.mode
    return ProviderSpec(
      name: instance.provider,
      spec: .object([
        "type": .string(type.rawValue), "mode": mode.map { .string($0.rawValue) },
        "baseURL": instance.server.map { .string($0.baseURL) },
        "secret": instance.server?.secret.map { .string($0) },
      ]))
  }
}
