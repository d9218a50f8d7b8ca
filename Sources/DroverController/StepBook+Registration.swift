import DroverCore

extension StepBook {
  /// Takes over what the fold has accepted.
  mutating func take(_ request: RegistrationRequest) {
    for model in request.put {
      state.registeredModels[model.name] = model
      changes.append(.putRegistered(model))
    }
    forgetRegistered(request.removed)
  }

  /// Gives up models that manifests have adopted or somebody took out.
  mutating func forgetRegistered(_ names: [String]) {
    for name in names where state.registeredModels.removeValue(forKey: name) != nil {
      changes.append(.removeRegistered(name))
    }
  }

  mutating func note(_ outcome: RegistrationOutcome) {
    state.registrationOutcomes = (state.registrationOutcomes + [outcome]).suffix(RegistrationOutcome.limit)
  }
}
