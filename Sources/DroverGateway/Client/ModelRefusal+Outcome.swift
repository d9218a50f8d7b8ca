import DroverCore

extension ModelRefusal {
  /// Whether the model failed by it: it should serve and cannot. What somebody wanted so, and a queue that is full, is no
  /// failure.
  var isFailure: Bool {
    switch cause {
    case .unavailable(let reason): reason != .sunset && reason != .unloaded && reason != .suspended
    case .timedOut: true
    case .queueFull, .unknownModel, .cancelled: false
    }
  }
}
