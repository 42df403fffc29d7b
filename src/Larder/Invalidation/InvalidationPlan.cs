using Larder.Keys;

namespace Larder.Invalidation;

/// <summary>An <see cref="InvalidationGroup"/> as a view saw it: checked, copied, and with the view's prefix.</summary>
internal sealed record InvalidationPlan(string[] Keys, KeyFilter[] Filters, string[] Tags);
