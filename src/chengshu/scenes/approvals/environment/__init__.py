"""Environment and water (环保水务): the ten matters, their pledges, deferrals and permit conditions."""
