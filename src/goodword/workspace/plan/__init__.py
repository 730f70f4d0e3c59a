"""What a role asks of its candidates, put together by a member: forms, words, and the review before publishing."""
