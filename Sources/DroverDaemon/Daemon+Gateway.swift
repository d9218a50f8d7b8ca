import DroverAPI
import DroverAdmission
import DroverController
import DroverCore
import DroverGateway
import DroverSystem
import Logging

extension Daemon {
  /// Nil where none is asked for, and for a run that only reconciles.
  func makeGateway(
    _ controller: FleetController, access: any UpstreamAccess, ledger: GatewayLedger, surroundings: Surroundings,
    logger: Logger
  ) throws(DaemonError) -> Gateway? {
    guard let address = settings.gateway, !settings.isOnce else { return nil }
    guard address.isLoopback || settings.allowsUnauthenticatedNetwork else {
      throw DaemonError("--gateway: \(ListenError.exposed(address))")
    }
    return Gateway(
      options: GatewayOptions(
        host: address.host, port: address.port, isLoopback: address.isLoopback,
        descriptor: settings.passedGateway?.descriptor),
      routing: controller, gate: controller.gate, access: access, ledger: ledger, traffic: controller,
      surroundings: surroundings
    ) { host, port in
      logger.info("gateway listening", metadata: ["address": "\(ListenAddress(host: host, port: port))"])
    }
  }

  /// Whether a gateway runs beside the reconciling.
  var hasGateway: Bool { settings.gateway != nil && !settings.isOnce }

  /// Where the gateway counts.
  func makeGatewayLedger(
    _ desk: AdmissionDesk, _ home: LedgerHome, _ controller: FleetController, _ events: any EventSink,
    _ surroundings: Surroundings
  ) -> GatewayLedger {
    GatewayLedger(
      desk: desk, journal: home.journal, image: { () async throws(StoreError) in try await home.image() },
      report: { news in
        await events.record(news.map { FleetEvent($0, at: surroundings.now()) })
        for case .budgetExhausted(let window, .unload) in news { await controller.unload(all: window.budget) }
      },
      changed: { controller.enforcementChanged() })
  }
}
