namespace Larder.Tests.Model.Linearizability;

/// <summary>A checker that finds nothing wrong with anything would prove nothing.</summary>
public sealed class LinearizabilityCheckerTests
{
    [Fact]
    public void Operations_one_after_the_other_with_right_answers_are_linearizable() => Assert.True(LinearizabilityChecker.IsLinearizable(
    [
        Do(0, 1, Call.Set, 5),
        Do(2, 3, Call.Get, value: 5, version: 100),
        Do(4, 5, Call.Increment, 2, value: 7),
        Do(6, 7, Call.Remove),
        Do(8, 9, Call.Get, success: false),
    ]));

    [Fact]
    public void A_read_may_see_either_side_of_a_write_that_it_overlaps()
    {
        Assert.True(LinearizabilityChecker.IsLinearizable([Do(0, 3, Call.Set, 5), Do(1, 2, Call.Get, value: 5, version: 100)]));
        Assert.True(LinearizabilityChecker.IsLinearizable([Do(0, 3, Call.Set, 5), Do(1, 2, Call.Get, success: false)]));
    }

    [Fact]
    public void A_read_after_a_write_must_see_it() => Assert.False(LinearizabilityChecker.IsLinearizable(
        [Do(0, 1, Call.Set, 5), Do(2, 3, Call.Get, success: false)]));

    [Fact]
    public void Two_reads_in_a_row_must_not_go_back_in_time() => Assert.False(LinearizabilityChecker.IsLinearizable(
        [Do(0, 9, Call.Set, 5), Do(1, 2, Call.Get, value: 5, version: 100), Do(3, 4, Call.Get, success: false)]));

    [Fact]
    public void Two_adds_of_one_key_cannot_both_succeed() => Assert.False(LinearizabilityChecker.IsLinearizable(
        [Do(0, 3, Call.Add, 5), Do(1, 2, Call.Add, 6)]));

    [Fact]
    public void A_lost_increment_is_found() => Assert.False(LinearizabilityChecker.IsLinearizable(
        [Do(0, 3, Call.Increment, 1, value: 1), Do(1, 2, Call.Increment, 1, value: 1)]));

    [Fact]
    public void Two_exchanges_cannot_both_take_the_same_value() => Assert.False(LinearizabilityChecker.IsLinearizable(
    [
        Do(0, 1, Call.Set, 5),
        Do(2, 5, Call.Exchange, 6, value: 5, version: 100),
        Do(3, 4, Call.Exchange, 7, value: 5, version: 100),
    ]));

    [Fact]
    public void A_compare_and_set_must_fail_after_another_write_even_of_the_same_value()
    {
        Operation[] before = [Do(0, 1, Call.Set, 5), Do(2, 3, Call.Get, value: 5, version: 100)];
        Assert.True(LinearizabilityChecker.IsLinearizable([.. before, Do(4, 5, Call.CompareAndSet, 6, expected: 100)]));
        Assert.False(LinearizabilityChecker.IsLinearizable([.. before, Do(4, 5, Call.Set, 5), Do(6, 7, Call.CompareAndSet, 6, expected: 100)]));
    }

    [Fact]
    public void A_version_must_not_be_used_again() => Assert.False(LinearizabilityChecker.IsLinearizable(
    [
        Do(0, 1, Call.Set, 5),
        Do(2, 3, Call.Get, value: 5, version: 100),
        Do(4, 5, Call.Set, 6),
        Do(6, 7, Call.Get, value: 6, version: 100),
    ]));

    [Fact]
    public void What_has_no_effect_is_left_out_of_a_failure()
    {
        Operation[] wrong = [Do(2, 5, Call.Add, 5), Do(3, 4, Call.Add, 6)];
        Assert.Equal(wrong, LinearizabilityChecker.Minimise([Do(0, 1, Call.Get, success: false), .. wrong]));
    }

    private static Operation Do(
        long invoked, long returned, Call call, long argument = 0, bool success = true, long value = 0, long version = 0, long expected = 0) => new(0, "key", call, argument)
        {
            Invoked = invoked,
            Returned = returned,
            Success = success,
            Value = value,
            Version = version,
            ExpectedVersion = expected,
        };
}
