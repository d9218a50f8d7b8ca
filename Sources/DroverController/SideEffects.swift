import DroverCore
import DroverPlanning

/// The slow half of steps: what a driver is asked to do. Each runs as a task of the loop's group and ends in a message.
struct SideEffects: Sendable {
  let drivers: any DriverCatalogue
  let inbox: Inbox

  /// The driver that an instance was started by, also when its provider is gone from the manifests or has become one of
  /// another type.
  func driver(of instance: Instance, provider: ProviderSpec?) -> (any ModelDriver)? {
    if let provider, provider.isManaged == instance.isManaged, let driver = drivers.driver(for: provider) {
      return driver
    }
    return drivers.driver(for: .forgotten(instance))
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
      try await driver.stop(instance, provider: provider, drain: drain)
      inbox.post(.stopped(instance: instance.id))
    } catch {
      inbox.post(.stopFailed(instance: instance.id, error))
    }
  }
}

extension ProviderSpec {
  /// A provider for an instance whose Provider object no longer exists: enough to find its driver and end it.
  static func forgotten(_ instance: Instance) -> ProviderSpec {
    ProviderSpec(
      name: instance.provider,
      spec: .object([
        "type": .string(instance.isManaged ? ProviderType.llamaCpp.rawValue : ProviderType.custom.rawValue),
        "mode": instance.isManaged ? .string(ProviderMode.managed.rawValue) : nil,
      ]))
  }
}
