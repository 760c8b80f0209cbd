"""Every claim about speed, as a ratio to a peer measured in the same run. No part of the product."""
