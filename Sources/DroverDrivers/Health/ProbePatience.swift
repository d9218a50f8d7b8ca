import DroverCore

extension ProviderSpec.Health {
  /// How long the one token of a probe may take: a server that hangs must be found out in the time that probes are
  /// apart, not in the time that a load may take.
  var inferenceTimeout: Duration { max(interval, .seconds(5)) }
}
