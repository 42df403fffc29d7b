namespace Larder.Tests.Model.Linearizability;

/// <summary>What an operation does to its key.</summary>
internal enum Call
{
    Get,
    Set,
    Add,
    Remove,
    Increment,
    CompareAndSet,
    Exchange,
}
