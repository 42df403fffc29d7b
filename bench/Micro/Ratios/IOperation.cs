namespace Larder.Benchmarks.Ratios;

/// <summary>What is measured; a struct, so that the loop around it is compiled for it and no call is virtual that would not be in an application.</summary>
internal interface IOperation
{
    /// <summary>Does it once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="id">The number in the key.</param>
    /// <returns>Whether there was a value.</returns>
    bool Run(string key, int id);
}
