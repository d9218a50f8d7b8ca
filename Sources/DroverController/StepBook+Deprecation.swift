import DroverCore
import DroverPlanning

extension StepBook {
  /// Notes what is now known of the end of a model, and tells what is new in it.
  mutating func tell(_ notice: DeprecationNotice?, step: Step) {
    let told = state.notices[step.object]
    state.notices[step.object] = notice
    changes.append(.setNotice(step.object, notice))
    guard let notice else { return record(step.object, "model-updated", .accepted, step.message) }
    let message = step.message.trimmingPrefix("deprecate: ")
    var events: [String] = []
    if told?.origin != notice.origin || told?.sunset != notice.sunset { events.append("model-deprecated") }
    if let left = notice.daysLeft, told?.daysLeft != left || told?.sunset != notice.sunset {
      events.append(left == 0 ? "model-sunset" : "sunset-approaching")
    }
    for name in events {
      record(
        step.object, name, name == "model-deprecated" && notice.origin != .removal ? .deprecated : step.reason,
        String(message), severity: name == "model-deprecated" ? .normal : .warning,
        key: state.target(of: step.object)?.model.key)
    }
  }
}
