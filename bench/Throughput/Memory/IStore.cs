using Larder.Benchmarks;

namespace Larder.Throughput.Memory;

/// <summary>A store of products; a struct, so that the loop around it is compiled for it and no call is virtual that would not be in an application.</summary>
internal interface IStore
{
    bool Read(string key);

    void Write(string key, Product product);
}
