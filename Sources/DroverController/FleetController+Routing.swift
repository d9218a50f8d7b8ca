package import DroverCore

extension FleetController: RoutingSource {
  package var routing: Routing { loop.latest.routing }

  package func instance(_ id: String) -> Instance? { loop.latest.instance(id) }
}

extension FleetController {
  /// What limits and budgets have counted is other than what was published.
  package func enforcementChanged() { loop.inbox.post(.useChanged) }
}
