"""The lint before you spend: what is wrong with scenarios and domains, found without a model."""
