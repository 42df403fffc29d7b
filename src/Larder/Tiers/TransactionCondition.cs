namespace Larder.Tiers;

/// <summary>One condition of a transaction.</summary>
internal readonly record struct TransactionCondition(string Key, WriteCondition Condition);
