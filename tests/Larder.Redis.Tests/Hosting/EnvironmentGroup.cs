namespace Larder.Redis.Tests.Hosting;

/// <summary>Tests that change the variables of the process run while no other test does.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class EnvironmentGroup
{
    public const string Name = "environment variables";
}
