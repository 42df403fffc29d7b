namespace Larder.Invalidation;

/// <summary>An invalidation that is planned.</summary>
internal sealed class DelayedInvalidation(InvalidationPlan plan)
{
    public InvalidationPlan Plan => plan;
}
