namespace Larder.Cli.Replay.Simulation;

/// <summary>A bounded cache of which only the keys are of interest. Keys are dense numbers from zero.</summary>
internal interface IPolicySimulator
{
    /// <summary>Reads a key and, when it is absent, stores it or not as the policy sees fit.</summary>
    /// <param name="id">The key.</param>
    /// <returns>Whether the key was there.</returns>
    bool Access(int id);
}
