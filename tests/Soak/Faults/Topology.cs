namespace Larder.Soak.Faults;

/// <summary>How the servers belong together.</summary>
internal enum Topology
{
    Standalone,
    Sentinel,
    Cluster,
}
