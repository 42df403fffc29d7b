namespace Larder.Mutation;

/// <summary>What became of a mutant.</summary>
internal enum Outcome
{
    /// <summary>A test failed, or did not end.</summary>
    Killed,

    /// <summary>All tests passed.</summary>
    Survived,

    /// <summary>It is no program, and does not count.</summary>
    DoesNotCompile,
}
