import DroverCore
import Synchronization

/// The health records of a driver's instances, by id.
final class HealthBook: Sendable {
  private let records = Mutex<[String: HealthRecord]>([:])

  subscript(instance: Instance) -> HealthRecord {
    records.withLock { $0[instance.id] } ?? HealthRecord(wasReady: instance.readyAt != nil)
  }

  /// Changes the record of an instance and returns its phase. What is being stopped is stopping, whatever a probe says.
  @discardableResult
  func update(_ instance: Instance, _ change: (inout HealthRecord) -> Void) -> InstancePhase {
    if instance.stoppingSince != nil { return .stopping }
    return records.withLock { records in
      var record = records[instance.id] ?? HealthRecord(wasReady: instance.readyAt != nil)
      change(&record)
      records[instance.id] = record
      return record.phase
    }
  }

  func forget(_ instance: Instance) { records.withLock { $0[instance.id] = nil } }

  /// What `error`, met with while looking at a whole provider, says of an instance. An outage says nothing about which
  /// models exist: nothing ends, and only a repeated one makes a model unhealthy.
  func outage(_ error: DriverError, of instance: Instance, _ provider: ProviderSpec, at time: Timestamp)
    -> InstancePhase
  {
    update(instance) { record in
      // A server that asks to slow down is there: that is no probe that failed.
      guard error.reason != .providerThrottled else { return }
      record.failed(error.message, now: time, threshold: provider.health.failureThreshold)
    }
  }
}

extension ProviderObservation {
  /// What `error`, met with while looking at a whole provider, says of it.
  init(outage error: DriverError, at time: Timestamp) {
    // A listing that is refused is no load that failed.
    let reason = error.reason == .loadFailed ? .providerUnavailable : error.reason
    self.init(reachability: .unreachable(reason, error.message), observedAt: time)
  }
}
