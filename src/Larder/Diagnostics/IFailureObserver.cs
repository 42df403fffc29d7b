namespace Larder.Diagnostics;

/// <summary>Is told of failures that callers are spared, by an adapter whose users expect to find them in another log.</summary>
internal interface IFailureObserver
{
    void TierFailed(string operation, string key, Exception exception);

    void BadEntry(string key, string problem);

    void PayloadTooLarge(string key, long bytes);
}
