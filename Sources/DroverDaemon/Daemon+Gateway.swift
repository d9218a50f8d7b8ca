import DroverAPI
import DroverController
import DroverCore
import DroverGateway
import DroverSystem
import Logging

extension Daemon {
  /// Nil where none is asked for, and for a run that only reconciles.
  func makeGateway(
    _ controller: FleetController, access: any UpstreamAccess, surroundings: Surroundings, logger: Logger
  ) throws(DaemonError) -> Gateway? {
    guard let address = settings.gateway, !settings.isOnce else { return nil }
    guard address.isLoopback || settings.allowsUnauthenticatedNetwork else {
      throw DaemonError("--gateway: \(ListenError.exposed(address))")
    }
    return Gateway(
      options: GatewayOptions(
        host: address.host, port: address.port, isLoopback: address.isLoopback,
        descriptor: settings.passedGateway?.descriptor),
      routing: controller, gate: controller.gate, access: access, traffic: controller, surroundings: surroundings
    ) { host, port in
      logger.info("gateway listening", metadata: ["address": "\(ListenAddress(host: host, port: port))"])
    }
  }
}
